// What a model, or a rule, is shown of a conversation for the person who answers.
import { sql } from '../../database/fragments.ts'
import type { MessageAuthor } from '@parley/contract'
import type { Access } from '../../calls/access.ts'
import { agentsOf } from '../../calls/access.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

export interface ShownMessage {
  position: number
  role: 'user' | 'assistant'
  text: string
  author: MessageAuthor | null
  interrupted: boolean
  created_at: string
}

/** The newest messages, oldest first. */
const most_messages = 400

const messagesStatement = statement(
  'newest_messages',
  `select * from (
     select position, role, array_to_string(content, E'\\n') as text, author, coalesce(interrupted, false) as interrupted, created_at
     from transcript_items where conversation_id = $1 and organization_id = $2 and type = 'message' and content is not null
     order by position desc limit ${most_messages}
   ) newest order by position`,
)

export function readShownMessages(store: Store, conversation_id: string): Promise<ShownMessage[]> {
  return store.query(messagesStatement, [conversation_id, store.organization_id])
}

/** How many digits a phone number has. */
const digits_of_number = { least: 7, most: 15 }
const digitsOf = (text: string) => text.replaceAll(/\D/g, '')

/** The newest conversation with this number: exactly, or else by its digits. Null: no conversation has it. */
export async function findByNumber(access: Access, store: Store, number: string): Promise<string | null> {
  const digits = digitsOf(number)
  const exact = sql`c.user_id = ${number}`
  const found = await findNewest(access, store, [number], exact)
  if (found !== null || digits.length < digits_of_number.least || digits.length > digits_of_number.most) return found
  return findNewest(access, store, endingsOf(digits), sql`regexp_replace(c.user_id, '[^0-9]', '', 'g') = ${digits}`)
}

const separators = ['', ' ', '-', '.', '/']

/** How the last four digits can be written: with at most one separator among them, as in `12 34`. */
export function endingsOf(digits: string): string[] {
  const last = digits.slice(-4)
  const written = [1, 2, 3].flatMap((at) => separators.map((between) => last.slice(0, at) + between + last.slice(at)))
  return [...new Set(written)]
}

/** `parts`: of the user id, for its index; it has one of them. */
async function findNewest(access: Access, store: Store, parts: string[], condition: ReturnType<typeof sql>) {
  const { organization_id } = store
  const has = (part: string) =>
    sql`text_keys(c.organization_id, c.user_id) @> text_part_keys(${organization_id}::uuid, ${part})`
  const hasOne = sql.join(parts.map(has), sql` or `)
  const agents = agentsOf(access, undefined)
  const ofAgents = agents === null ? sql`true` : sql`c.agent_id = any(${agents}::uuid[])`
  const [row] = await store.execute(sql<{ id: string }>`
    with matching as materialized (
      select c.id, c.created_at from conversations c
      where c.organization_id = ${organization_id} and c.deleted_at is null and ${ofAgents}
        and (${hasOne}) and ${condition}
    )
    select id from matching order by created_at desc, id desc limit 1`)
  return row?.id ?? null
}
