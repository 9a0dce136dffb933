import type { Place, ValueOption } from './tree.js';

/** Scripts that make a shell complete orderbak's command line, by the names of the shells. */
export const SHELLS = { bash, zsh, fish, powershell } as const;
/** One of these shells. */
export type Shell = keyof typeof SHELLS;

/** A word in single quotes, as the shells of this kind take it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The paths of all commands as patterns of a `case`, so that a word that is one leads on. */
function leadsOn(places: readonly Place[]): string {
  const paths = places
    .filter(({ path }) => path !== '')
    .map(({ path }) => quoted(path.includes(' ') ? path : ` ${path}`));
  return paths.join('|');
}

function valueCases(
  places: readonly Place[],
  files: string,
  some: (choices: readonly string[]) => string,
): string[] {
  return places.flatMap(({ path, values }) =>
    values.map(
      ({ word, choices }) =>
        `    ${quoted(`${path}:${word}`)}) ${choices === null ? files : some(choices)}; return ;;`,
    ),
  );
}

function bash(places: readonly Place[]): string {
  const words = places.map(({ path, candidates }) => {
    return `    ${quoted(path)}) words=${quoted(candidates.map(({ word }) => word).join(' '))} ;;`;
  });
  const values = valueCases(places, 'COMPREPLY=($(compgen -f -- "$cur"))', (choices) => {
    return `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$cur"))`;
  });
  return `# bash completion of orderbak: orderbak completion bash > /etc/bash_completion.d/orderbak
_orderbak() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} seen= words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$seen $word" in
      ${leadsOn(places)}) seen="\${seen:+$seen }$word" ;;
    esac
  done
  case "$seen:$prev" in
${values.join('\n')}
  esac
  case "$seen" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _orderbak orderbak
`;
}

function zsh(places: readonly Place[]): string {
  const described = ({ candidates }: Place) =>
    candidates.map(({ word, about }) => quoted(`${word.replaceAll(':', '\\:')}:${about}`)).join(' ');
  const words = places.map((place) => `    ${quoted(place.path)}) candidates=(${described(place)}) ;;`);
  const values = valueCases(places, '_files', (choices) => `compadd -- ${choices.join(' ')}`);
  return `#compdef orderbak
# zsh completion of orderbak: orderbak completion zsh > /usr/local/share/zsh/site-functions/_orderbak
_orderbak() {
  local seen= word
  local -a candidates
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$seen $word" in
      ${leadsOn(places)}) seen="\${seen:+$seen }$word" ;;
    esac
  done
  case "$seen:$words[CURRENT-1]" in
${values.join('\n')}
  esac
  case "$seen" in
${words.join('\n')}
  esac
  _describe orderbak candidates || _files
}
if [ "$funcstack[1]" = _orderbak ]; then _orderbak "$@"; else compdef _orderbak orderbak; fi
`;
}

function fish(places: readonly Place[]): string {
  const text = (words: string) => `'${words.replace(/[\\']/g, '\\$&')}'`;
  const taking = ({ choices }: ValueOption) =>
    choices === null ? ' -r' : ` -x -a ${text(choices.join(' '))}`;
  const lines = places.flatMap(({ path, candidates, values }) => {
    const at = `complete -c orderbak -n ${text(`__orderbak_at "${path}"`)}`;
    return candidates.map(({ word, about }) => {
      const value = values.find((one) => one.word === word);
      const given = value === undefined ? '' : taking(value);
      const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${text(word)}`;
      return `${at} ${name}${given} -d ${text(about)}`;
    });
  });
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => text(path));
  return `# fish completion of orderbak: orderbak completion fish > ~/.config/fish/completions/orderbak.fish
function __orderbak_at
  set -l seen ''
  set -l all (commandline -opc)
  for word in $all[2..-1]
    set -l next (string trim -- "$seen $word")
    if contains -- "$next" ${paths.join(' ')}
      set seen "$next"
    end
  end
  test "$seen" = "$argv[1]"
end
${lines.join('\n')}
`;
}

/** In ASCII: to PowerShell ’ ends what ' begins, and Windows PowerShell reads other signs in a code page of its own. */
function powershell(places: readonly Place[]): string {
  const text = (words: string) => {
    const plain = words.replace(/[‘’]/g, "'").replaceAll('…', '...');
    return `'${plain.replaceAll("'", "''")}'`;
  };
  const rows = places.map(({ path, candidates }) => {
    const all = candidates.map(({ word, about }) => `@(${text(word)}, ${text(about)})`);
    return `    ${text(path)} = @(\n      ${all.join(',\n      ')}\n    )`;
  });
  return `# PowerShell completion of orderbak; a line of $PROFILE: orderbak completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName orderbak -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $places = @{
${rows.join('\n')}
  }
  $seen = ''
  foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
    $next = "$seen $element".Trim()
    if ($element.Extent.EndOffset -lt $cursorPosition -and $places.ContainsKey($next)) { $seen = $next }
  }
  $places[$seen] | Where-Object { $_[0].StartsWith($wordToComplete) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}
