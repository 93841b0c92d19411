// What a guide shows of a state machine: the picture, and the same as a table for readers without pictures.
import type { Machine } from './machines.ts'

export const diagramFile = ({ name }: Machine) => `docs/diagrams/${name}.svg`

export function describeMachine(machine: Machine): string {
  const { title, name, states, first, moves, meanings } = machine
  const rows = states.map((state) => {
    const starts = first.filter((one) => one.state === state).map(({ label }) => (label === '' ? 'yes' : label))
    const next = moves.filter(({ from }) => from === state).map(({ to, label }) => tell(to, label))
    return `| \`${state}\` | ${starts.join(', ')} | ${next.join(', ') || 'nothing: it is final'} |`
  })
  return [
    `![${title}; the table below says the same](../diagrams/${name}.svg)`,
    '',
    '| status | first | may become |',
    '| --- | --- | --- |',
    ...rows,
    '',
    `${Object.entries(meanings)
      .map(([label, meaning]) => `*${label}*: ${meaning}.`)
      .join(' ')}`,
  ].join('\n')
}

const tell = (to: string, label: string) => `\`${to}\`${label === '' ? '' : ` (*${label}*)`}`

/** The page with what stands between the marks replaced. Throws if it does not have the marks. */
export function replaceBetween(page: string, mark: string, text: string): string {
  const name = mark.split(':')[0]!
  const pattern = new RegExp(`(<!-- ${RegExp.escape(mark)} -->\\n)[^]*?(<!-- /${name} -->)`)
  if (!pattern.test(page)) throw new Error(`no marks <!-- ${mark} --> and <!-- /${name} --> in the page`)
  return page.replace(pattern, (_, start: string, end: string) => `${start}\n${text}\n\n${end}`)
}
