// Time that passes only while this process runs: a pause of the machine counts as one tick.

const tick_ms = 20
/** A busy event loop can be so late. */
const most_of_tick_ms = 200

let passed_ms = 0
let ticked_at = performance.now()
let ticked_before = Date.now()
let last_tick = Date.now()

const sinceTick = () => Math.min(performance.now() - ticked_at, most_of_tick_ms)

setInterval(() => {
  passed_ms += sinceTick()
  ticked_at = performance.now()
  ticked_before = last_tick
  last_tick = Date.now()
}, tick_ms).unref()

/** In milliseconds, for differences. */
export const steadyTime = () => passed_ms + sinceTick()

/** After a pause, what has arrived meanwhile has so long until a timer fires. */
const after_pause_ms = 500

/** Like `setTimeout`, except that a pause of the machine is no reason to fire: what a paused process has received comes first. */
export function afterSteady(ms: number, call: () => void): () => void {
  const due_ms = steadyTime() + ms
  const fire = () => {
    const left_ms = due_ms - steadyTime()
    if (left_ms <= 0) call()
    else timer = setTimeout(call, Math.min(left_ms, after_pause_ms))
  }
  let timer = setTimeout(fire, ms)
  return () => clearTimeout(timer)
}

/** In milliseconds since 1970: what comes in now may have waited for a paused process since then. */
export const earliestNow = () => ticked_before
