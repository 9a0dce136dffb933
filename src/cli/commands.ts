import type { Command } from 'commander';

/** The commands by their names, in the order of the help, and where they are made. */
const COMMANDS: readonly (readonly [names: readonly string[], load: () => Promise<Command[]>])[] = [
  [['demo'], async () => [(await import('./commands/demo.js')).demoCommand()]],
  [['migrate'], async () => [(await import('./commands/migrate.js')).migrateCommand()]],
  [
    ['insert', 'unlink-discuss', 'unlink-trash', 'unlink-backed-up'],
    async () => (await import('./commands/server-steps.js')).serverStepCommands(),
  ],
  [['serve'], async () => [(await import('./commands/serve.js')).serveCommand()]],
  [['list'], async () => [(await import('./commands/list.js')).listCommand()]],
  [['mark-backed-up'], async () => [(await import('./commands/mark-backed-up.js')).markBackedUpCommand()]],
  [['pull'], async () => [(await import('./commands/pull.js')).pullCommand()]],
  [['why'], async () => [(await import('./commands/why.js')).whyCommand()]],
  [['shadow'], async () => [(await import('./commands/shadow.js')).shadowCommand()]],
  [['quarantine'], async () => [(await import('./commands/quarantine/index.js')).quarantineCommand()]],
  [['status'], async () => [(await import('./commands/status.js')).statusCommand()]],
  [['report'], async () => [(await import('./commands/report.js')).reportCommand()]],
  [['run'], async () => [(await import('./commands/run.js')).runCommand()]],
  [['jobs'], async () => [(await import('./commands/jobs.js')).jobsCommand()]],
  [['doctor'], async () => [(await import('./commands/doctor.js')).doctorCommand()]],
  [['schedule'], async () => [(await import('./commands/schedule/index.js')).scheduleCommand()]],
  [['init'], async () => [(await import('./commands/init.js')).initCommand()]],
  [['config'], async () => [(await import('./commands/config.js')).configCommand()]],
  [
    ['completion', 'man'],
    async () => {
      const { completionCommand, manCommand } = await import('./commands/completion.js');
      return [completionCommand(), manCommand()];
    },
  ],
  [['unlock'], async () => [(await import('./commands/unlock.js')).unlockCommand()]],
];

/**
 * The commands that a command line may mean: those that it names, none where it only asks for the version, else all.
 * What is not meant is not loaded, so that cron's one command starts quickly.
 */
export async function commandsFor(args: readonly string[]): Promise<Command[]> {
  const named = COMMANDS.filter(([names]) => names.some((name) => args.includes(name)));
  const onlyVersion = args.length === 1 && (args[0] === '--version' || args[0] === '-V');
  const wanted = named.length > 0 || onlyVersion ? named : COMMANDS;
  return (await Promise.all(wanted.map(([, load]) => load()))).flat();
}
