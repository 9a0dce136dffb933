// Plays the clean night in one process, which costs a third of five: `node night-child.js <program file> <port> <step>...`.
// Answers one line of JSON a step: { step, code, stdout, stderr }.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [program = '', port = '0', ...steps] = process.argv.slice(2);
const { main } = await import(pathToFileURL(path.resolve(program, '../../dist/cli/program.js')).href);

const said = { stdout: '', stderr: '' };
const answer = process.stdout.write.bind(process.stdout);
for (const name of ['stdout', 'stderr']) {
  process[name].write = (text) => {
    said[name] += text;
    return true;
  };
}

/** Whether the server answers at all; its `healthz` needs no token. */
async function isUp() {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
  } catch {
    return false;
  }
}

for (const step of steps) {
  const serving = step === 'pull' ? main(['serve', '--quiet']) : undefined;
  for (const end = Date.now() + 30_000; serving && Date.now() < end && !(await isUp()); ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  Object.assign(said, { stdout: '', stderr: '' });
  process.exitCode = 0;
  await main([step, '--json']);
  answer(`${JSON.stringify({ step, code: process.exitCode, ...said })}\n`);
  if (serving) process.kill(process.pid, 'SIGTERM');
  await serving;
}
process.exitCode = 0;
