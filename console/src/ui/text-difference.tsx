// Two texts and their differences: side by side, or one below the other on narrow screens.
import { texts } from '../texts/index.ts'
import { classes } from './classes.ts'
import { type DifferenceRow, type LinePair, type Piece, compareLines } from './line-difference.ts'

const words = texts.difference

interface Props {
  before: string
  after: string
  isSideBySide: boolean
}

export function TextDifference({ before, after, isSideBySide }: Props) {
  const rows = compareLines(before, after)
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={words.lines}
      className={classes(
        'max-h-[60vh] overflow-auto py-1.5 font-mono text-xs',
        isSideBySide &&
          'grid grid-cols-2 [background:linear-gradient(var(--color-line)_0_0)_center/1px_100%_no-repeat]',
      )}
    >
      {isSideBySide
        ? rows.map((row, index) => <Pair key={index} row={row} />)
        : inOneColumn(rows).map((line, index) => <Line key={index} {...line} />)}
    </div>
  )
}

function Pair({ row }: { row: DifferenceRow }) {
  if ('skipped' in row) {
    return <p className="col-span-2 bg-sunken px-3 py-0.5 text-center text-faint">{`… ${words.same(row.skipped)}`}</p>
  }
  return (
    <>
      <Line mark={row.isSame ? ' ' : '-'} pieces={row.before} />
      <Line mark={row.isSame ? ' ' : '+'} pieces={row.after} />
    </>
  )
}

interface LineProps {
  mark: ' ' | '-' | '+' | '…'
  /** Null if this side has no line. */
  pieces: readonly Piece[] | null
}

function Line({ mark, pieces }: LineProps) {
  if (pieces === null) return <span className="bg-sunken" />
  return (
    <span
      className={classes(
        'block min-w-0 py-px pr-3 pl-7 -indent-4 wrap-anywhere whitespace-pre-wrap',
        mark === '-' && 'bg-bad-wash text-bad',
        mark === '+' && 'bg-good-wash text-good',
        mark === '…' && 'text-faint',
      )}
    >
      {`${mark} `}
      {pieces.map(({ text, isChanged }, index) =>
        isChanged ? (
          <span key={index} className="rounded-sm font-bold underline decoration-2 underline-offset-2">
            {text}
          </span>
        ) : (
          text
        ),
      )}
    </span>
  )
}

/** In a group of changed lines, the removed ones come first. */
function inOneColumn(rows: readonly DifferenceRow[]): LineProps[] {
  const lines: LineProps[] = []
  let run: LinePair[] = []
  const flush = () => {
    for (const { before } of run) if (before) lines.push({ mark: '-', pieces: before })
    for (const { after } of run) if (after) lines.push({ mark: '+', pieces: after })
    run = []
  }
  for (const row of rows) {
    if (!('skipped' in row) && !row.isSame) run.push(row)
    else {
      flush()
      if ('skipped' in row) {
        lines.push({ mark: '…', pieces: [{ text: words.same(row.skipped), isChanged: false }] })
      } else lines.push({ mark: ' ', pieces: row.before })
    }
  }
  flush()
  return lines
}
