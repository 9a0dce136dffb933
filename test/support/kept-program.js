// The program, loaded once for many commands: takes { args, cwd, env }, answers { code, stdout, stderr }.
import path from 'node:path';
import { main } from '../../dist/program/program.js';

const said = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr']) {
  process[name].write = (text, ...rest) => {
    said[name] += text;
    rest.findLast((each) => typeof each === 'function')?.();
    return true;
  };
}

process.on('message', async ({ args, cwd, env }) => {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  // The program takes its user's home once, as it is loaded; these are read each time, and stand for the home of this command.
  process.env.XDG_CONFIG_HOME ??= path.join(env.HOME, '.config');
  process.env.XDG_DATA_HOME ??= path.join(env.HOME, '.local/share');
  Object.assign(said, { stdout: '', stderr: '' });
  process.exitCode = 0;
  try {
    await main(args);
  } catch (error) {
    process.exitCode = 1;
    said.stderr += error.stack;
  }
  // Each command listens anew, for it expects a process of its own.
  for (const name of ['stdout', 'stderr']) process[name].removeAllListeners('error');
  process.send({ code: process.exitCode, ...said });
});
process.on('disconnect', () => process.exit());
process.send('ready');
