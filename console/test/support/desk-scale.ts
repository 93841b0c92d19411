// The desk with very many open conversations: how they get there, and what is measured in the page.

interface Database {
  query: (text: string, values?: unknown[]) => Promise<unknown>
}

/** So many at once, as a slow machine copies within the time limit of a statement. */
const at_once = 1000

/** Copies a conversation that waits, each copy with its own times, as one of three priorities. */
export async function copyWaiting(database: Database, conversation_id: string, copies: number): Promise<void> {
  for (let first = 1; first <= copies; first += at_once)
    await copySome(database, conversation_id, first, Math.min(copies, first + at_once - 1))
  await database.query('analyze conversations, handlings')
}

async function copySome(database: Database, conversation_id: string, first: number, last: number): Promise<void> {
  await database.query(
    `with copies as materialized (
       select n, gen_random_uuid() as id, clock_timestamp() - n * interval '1 second' as at
       from generate_series($2::integer, $3::integer) n
     ), talks as (
       insert into conversations select (jsonb_populate_record(c, jsonb_build_object(
         'id', copies.id, 'user_id', 'user-' || n, 'created_at', at))).* from conversations c, copies where c.id = $1
     ), progress as (
       insert into conversation_progress select (jsonb_populate_record(p, jsonb_build_object('conversation_id', copies.id))).*
       from conversation_progress p, copies where p.conversation_id = $1
     )
     insert into handlings select (jsonb_populate_record(h, jsonb_build_object(
       'conversation_id', copies.id, 'created_at', at, 'waiting_since', at, 'unanswered_since', at, 'priority', n % 3))).*
     from handlings h, copies where h.conversation_id = $1`,
    [conversation_id, first, last],
  )
}

/** In the page: from the click on a view to the frame that shows its first row. */
export const showView = (name: string) => `(async () => {
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const link = [...document.querySelectorAll('nav[aria-label=Views] a')].find((one) => one.textContent.startsWith('${name}'))
  const start = performance.now()
  link.click()
  const isThere = () =>
    document.querySelector('section h2').textContent === '${name}' && document.querySelector('[role=grid] [role=row]')
  while (!isThere() && performance.now() - start < 5000) await nextFrame()
  await nextFrame()
  return performance.now() - start
})()`

/** In the page: of each key, the time to the frame that shows what it did. */
export const pressKeys = (key: string, count: number) => `(async () => {
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  const times = []
  for (let pressed = 0; pressed < ${count}; pressed += 1) {
    const before = document.activeElement
    const start = performance.now()
    document.activeElement.dispatchEvent(
      new KeyboardEvent('keydown', { key: '${key}', code: 'Key${key.toUpperCase()}', bubbles: true, cancelable: true }))
    do await nextFrame()
    while (document.activeElement === before && performance.now() - start < 1000)
    times.push(performance.now() - start)
  }
  return times
})()`
