// Plays clean nights, one after another, in one process: `node night-child.js <program file>`.
// Is asked by a message { folder, port, env, steps }; answers { played } with one entry a step: { step, code, stdout, stderr }.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [program = ''] = process.argv.slice(2);
const { main } = await import(pathToFileURL(path.resolve(program, '../../dist/program/program.js')).href);

const said = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr']) {
  process[name].write = (text) => {
    said[name] += text;
    return true;
  };
}

/** Whether the server answers at all; its `healthz` needs no token. */
async function isUp(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
  } catch {
    return false;
  }
}

async function playStep(step, port) {
  const serving = step === 'pull' ? main(['serve', '--quiet']) : undefined;
  for (const end = Date.now() + 30_000; serving && Date.now() < end && !(await isUp(port)); ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  Object.assign(said, { stdout: '', stderr: '' });
  process.exitCode = 0;
  await main([step, '--json']);
  const told = { step, code: process.exitCode, ...said };
  if (serving) process.kill(process.pid, 'SIGTERM');
  await serving;
  return told;
}

process.on('message', async ({ folder, port, env, steps }) => {
  process.chdir(folder);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const played = [];
  for (const step of steps) played.push(await playStep(step, port));
  // Each run listens anew, for it expects a process of its own.
  process.stdout.removeAllListeners('error');
  process.send({ played });
});
process.on('disconnect', () => process.exit());
process.send('ready');
