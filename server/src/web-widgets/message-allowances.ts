// Takes what messages of visitors use up (B8), for those of the moment together: the more there are, the less each one costs.
import { batch } from '../database/batch.ts'
import { type Executor, acrossOrganizations } from '../database/database.ts'
import type { Signer } from '../sealing/seal.ts'
import { type Refused, subjectOf } from './allowance-rows.ts'
import type { Allowance } from './rules/allowances.ts'

export interface MessageToAdmit {
  organization_id: string
  widget_id: string
  /** Null: any number. */
  tokens_per_day: number | null
  /** As many for each message. */
  allowances: readonly Allowance[]
}

/** One of each, or none. Null: taken. */
export type TakeForMessage = (message: MessageToAdmit) => Promise<Refused | null>

const takeStatement = acrossOrganizations(
  'it takes for messages of many organizations',
  'admit_web_widget_messages',
  `select call, refused, wait_seconds from admit_web_widget_messages(organizations => $1, widgets => $2, most_tokens => $3,
     subjects => $4, limits => $5, seconds => $6)`,
)

interface RefusedRow {
  call: number
  /** The place of the first allowance that is used up; 0: the tokens of the day are. */
  refused: number
  wait_seconds: number | null
}

/** The next takes all that came meanwhile. */
const lanes = 1
const most = 64

interface Signed extends MessageToAdmit {
  subjects: Buffer[]
}

export function createMessageAllowances(database: Executor, sign: Signer): TakeForMessage {
  const takeAll = async (all: Signed[]): Promise<(Refused | null | Promise<Refused | null>)[]> => {
    const together = firstOfEach(all)
    const refused = new Map((await ask([...together])).map((row) => [row.call, row]))
    const outcomes = new Map(
      [...together].map((message, index) => [message, refusalOf(message, refused.get(index + 1))]),
    )
    // The second with an allowance waits for the first one's outcome.
    return all.map((message) => (together.has(message) ? outcomes.get(message)! : take(message)))
  }
  const ask = (messages: Signed[]) =>
    database.query<RefusedRow>(takeStatement, [
      messages.map(({ organization_id }) => organization_id),
      messages.map(({ widget_id }) => widget_id),
      messages.map(({ tokens_per_day }) => tokens_per_day),
      messages.flatMap(({ subjects }) => subjects),
      messages.flatMap(({ allowances }) => allowances.map((allowance) => allowance.most)),
      messages.flatMap(({ allowances }) => allowances.map(({ seconds }) => seconds)),
    ])
  const take = batch(takeAll, { lanes, most, ownerOf: ({ organization_id }) => organization_id })
  return (message) => take({ ...message, subjects: message.allowances.map((one) => subjectOf(sign, one)) })
}

/** Each allowance at most once. */
function firstOfEach(all: Signed[]): Set<Signed> {
  const taken = new Set<string>()
  const isFirst = ({ widget_id, subjects }: Signed) => {
    const names = subjects.map((subject) => `${widget_id} ${subject.toString('base64')}`)
    const isNew = !names.some((name) => taken.has(name))
    for (const name of names) taken.add(name)
    return isNew
  }
  return new Set(all.filter(isFirst))
}

function refusalOf({ allowances }: MessageToAdmit, row: RefusedRow | undefined): Refused | null {
  if (!row) return null
  const { refused, wait_seconds } = row
  return refused === 0
    ? { limit: 'tokens_per_day', wait_seconds: null }
    : { limit: allowances[refused - 1]!.limit, wait_seconds }
}
