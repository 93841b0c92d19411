// Renders the commands and options as a script of a shell. Pure.
import type { Command } from 'commander'

interface Known {
  /** The words that lead to it, such as `conversations list`. */
  path: string
  words: { word: string; description: string }[]
  /** Its options that take a value, such as `--status`, with the values that they take; none if any is taken. */
  values: Map<string, readonly string[]>
}

export function renderCompletion(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const known = collect(program, [])
  if (shell === 'fish') return renderFish(known)
  return shell === 'bash' ? renderBash(known) : renderZsh(known)
}

function collect(command: Command, path: string[]): Known[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command).map((one) => ({ word: one.name(), description: one.description() }))
  const visible = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]
  const options = visible.flatMap(({ long, description }) => (long ? [{ word: long, description }] : []))
  const values = new Map(
    visible.flatMap(({ long, required, argChoices = [] }) => (long && required ? [[long, argChoices] as const] : [])),
  )
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) =>
    argChoices.map((word) => ({ word, description: '' })),
  )
  const below = command.commands.flatMap((one) => collect(one, [...path, one.name()]))
  return [{ path: path.join(' '), words: [...commands, ...choices, ...options], values }, ...below]
}

const wordsOf = ({ words }: Known) => words.map(({ word }) => word).join(' ')

/** Finds the command by its leading words, then offers what it has, or the values of the option before, or files. */
function renderBash(known: Known[]): string {
  const cases = known.map((one) => `    '${one.path}') words='${wordsOf(one)}' ;;`)
  const of_options = known.flatMap(({ path, values }) =>
    [...values].map(([option, choices]) => `    '${path} ${option}') words='${choices.join(' ')}' ;;`),
  )
  return `_parley() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path='' word words=''
  if [ "$current" = '=' ]; then current=''
  elif [ "$before" = '=' ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) continue ;; esac
    case "\${path:+$path }$word" in
${known
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      '${path}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$path $before" in
${of_options.join('\n')}
    *) case "$path" in
${cases.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _parley parley
`
}

function renderZsh(known: Known[]): string {
  return `#compdef parley
autoload -U +X bashcompinit && bashcompinit
${renderBash(known)}`
}

function renderFish(known: Known[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\\\]/g, (letter) => `\\${letter}`)}'`
  const lines = known.flatMap(({ path, words, values }) => {
    const parts = path === '' ? [] : path.split(' ')
    const seen = parts.map((part) => `__fish_seen_subcommand_from ${part}`).join('; and ')
    const condition = path === '' ? '__fish_use_subcommand' : seen
    return words.map(({ word, description }) => {
      const choices = values.get(word)
      const taken = choices === undefined ? '' : choices.length === 0 ? ' -r' : ` -x -a ${quoted(choices.join(' '))}`
      const what = word.startsWith('--') ? `-l ${word.slice(2)}${taken}` : `-f -a ${word}`
      return `complete -c parley -n ${quoted(condition)} ${what} -d ${quoted(description.slice(0, 80))}`
    })
  })
  return `${lines.join('\n')}\n`
}
