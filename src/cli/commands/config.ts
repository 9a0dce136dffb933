import type { Command } from 'commander';
import { configError } from '../../config/config-error.js';
import { machineText } from '../../domain/schedule/entry.js';
import { EXIT, type OrderbakError } from '../../errors.js';
import { setAction } from '../action.js';
import { type CommonFlags, loadedConfigOf } from '../config.js';
import { newCommand } from '../help.js';
import type { Output } from '../output.js';

const CODES = [EXIT.done, EXIT.failed, EXIT.usage] as const;

/** What the configuration says, and whether it is right. */
export function configCommand(): Command {
  return newCommand({
    name: 'config',
    summary: 'show the configuration and where it comes from, check it (both machines)',
    description: `Shows what the configuration file and the environment come to, checks them, and prints the JSON Schema by which editors know every key.`,
    examples: [
      ['orderbak config show --origin', 'each value, and the file or variable that it comes from'],
      ['orderbak config validate', 'before a service is restarted'],
    ],
    codes: CODES,
  })
    .helpCommand(false)
    .addCommand(showCommand())
    .addCommand(validateCommand())
    .addCommand(schemaCommand());
}

function showCommand(): Command {
  const command = newCommand({
    name: 'show',
    summary: 'show every value, secrets masked',
    description: `Shows every key of the configuration as TOML. Passwords and tokens are masked.`,
    examples: [['orderbak config show --origin', 'which file, which variable, or the default']],
    codes: CODES,
  }).option('--origin', 'also where each value comes from');
  return setAction<CommonFlags & { origin?: true }>(command, async (flags, output) => {
    const { shownValues } = await import('../../config/shown.js');
    const { configToml } = await import('../config-text.js');
    const loaded = await loadedConfigOf(flags);
    const values = shownValues(loaded);
    if (output.json)
      output.answer(JSON.stringify({ ok: true, command: 'config show', path: loaded.path, values }));
    else output.answer(configToml(values, flags.origin ?? false));
  });
}

function validateCommand(): Command {
  const command = newCommand({
    name: 'validate',
    summary: 'check the configuration',
    description: `Reads the configuration as every command does, and looks whether it says all that this machine needs for its part of the night. \`orderbak doctor\` looks whether it is also true.`,
    examples: [['orderbak config validate', 'exit code 2 names each mistake and where it stands']],
    codes: CODES,
  });
  return setAction(command, validate);
}

async function validate(flags: CommonFlags, output: Output): Promise<void> {
  const { isNothing, noConfiguration } = await import('../../config/load.js');
  const { missingFor } = await import('../../config/needs.js');
  const { readTls } = await import('../../config/tls.js');
  const { isRoleGiven, roleOf } = await import('../../config/role.js');
  const { checkTokens } = await import('../../http/auth.js');
  const { parseDatabaseUrl } = await import('../../db/database-url.js');
  const loaded = await loadedConfigOf(flags);
  if (isNothing(loaded)) throw noConfiguration(process.env);
  const { config, path } = loaded;
  if (!isRoleGiven(config)) throw nobodys(missingFor(config, 'server'), missingFor(config, 'office'));
  const role = roleOf(config);
  const missing = missingFor(config, role);
  if (missing.length > 0) throw notEnough(role, missing);
  // A server without a token is one that does not serve, yet.
  if (role !== 'office' && config.server.token !== null) checkTokens(config.server.token);
  if (role !== 'office') readTls(config.server);
  if (config.database.url !== null) parseDatabaseUrl(config.database.url);
  const words = `${path ?? 'The environment'} is right; this machine is ${machineText(role)}.`;
  output.done('config validate', { path, role }, words);
}

function schemaCommand(): Command {
  const command = newCommand({
    name: 'schema',
    summary: 'print the JSON Schema of the configuration file',
    description: `Prints the schema from which an editor knows each key, its kind and its default. With the line "#:schema ./orderbak.schema.json" at the top of orderbak.toml, editors that know TOML use it.`,
    examples: [['orderbak config schema > orderbak.schema.json', 'beside orderbak.toml']],
    codes: CODES,
  });
  return setAction<CommonFlags>(command, async (_flags, output) => {
    const { configJsonSchema } = await import('../../config/json-schema.js');
    output.answer(JSON.stringify(configJsonSchema(), null, 2));
  });
}

function notEnough(role: string, missing: readonly string[]): OrderbakError {
  return configError(
    `the configuration does not say all that ${role === 'both' ? 'server and office need' : `the ${role} needs`}: ${missing.join(', ')}`,
    NEEDED_KEYS,
  );
}

/** Of a configuration that does not even say which machine it is for. */
function nobodys(server: readonly string[], office: readonly string[]): OrderbakError {
  const message = `the configuration says neither what the server needs (${server.join(', ')}) nor what the office does (${office.join(', ')})`;
  return configError(message, NEEDED_KEYS);
}

const NEEDED_KEYS = 'The README lists every key; `orderbak init` asks for them.';
