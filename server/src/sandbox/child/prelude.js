// What is evaluated first in each new QuickJS: replaces time, chance and the console, and leaves `begin`, which answers the function that
// calls the author's `run`. It keeps what it needs of the language before the author's code can change it. Functions are constants: declared in a block, they would be global.
'use strict'
{
  let say, finish, at_ms, result_bytes, log_left
  const { parse, stringify } = JSON
  const { construct, apply } = Reflect
  const { slice } = String.prototype
  const RealDate = Date
  const RealPromise = Promise
  const { then } = Promise.prototype
  const hasOwn = Object.hasOwn
  const cut = (text, length) => apply(slice, text, [0, length])

  const FixedDate = function Date(...given) {
    if (new.target === undefined) return new RealDate(at_ms).toString()
    return construct(RealDate, given.length === 0 ? [at_ms] : given, new.target)
  }
  FixedDate.prototype = RealDate.prototype
  FixedDate.prototype.constructor = FixedDate
  FixedDate.now = () => at_ms
  FixedDate.parse = RealDate.parse
  FixedDate.UTC = RealDate.UTC
  globalThis.Date = FixedDate
  delete globalThis.performance

  /** sfc32. */
  const createRandom = ([first, second, third, fourth]) => {
    let [a, b, c, d] = [first, second, third, fourth]
    return () => {
      const sum = (a + b + d) | 0
      d = (d + 1) | 0
      a = b ^ (b >>> 9)
      b = (c + (c << 3)) | 0
      c = ((c << 21) | (c >>> 11)) + sum
      c |= 0
      return (sum >>> 0) / 4_294_967_296
    }
  }

  const log = (...values) => {
    if (log_left <= 0) return
    let line = ''
    for (let at = 0; at < values.length && line.length <= log_left; at += 1) {
      line += (at === 0 ? '' : ' ') + cut(describe(values[at]), log_left)
    }
    line = cut(line, log_left)
    log_left -= line.length + 1
    say(line)
  }
  const describe = (value) => {
    if (typeof value === 'string') return value
    try {
      if (value instanceof Error) return describeError(value)
      return stringify(value) ?? String(value)
    } catch {
      return typeof value
    }
  }
  globalThis.console = { log, info: log, warn: log, error: log, debug: log }

  const describeError = (error) => {
    try {
      if (typeof error !== 'object' || error === null) return cut(`${error}`, 1000)
      const line = /code\.js:(\d+)/.exec(`${error.stack}`)?.[1]
      const text = error.name === undefined ? describe(error) : `${error.name}: ${error.message}`
      return cut(line === undefined ? text : `${text} (line ${line})`, 1000)
    } catch {
      return 'It threw something that cannot be told.'
    }
  }

  const readNames = (values, links) => {
    const names = parse(values)
    const found = parse(links)
    for (const entry of found) {
      let part = names
      for (let at = 1; at < entry.length; at += 1) {
        part = typeof part === 'object' && part !== null && hasOwn(part, entry[at]) ? part[entry[at]] : undefined
      }
      if (part !== undefined)
        Object.defineProperty(names, entry[0], { value: part, writable: true, enumerable: true, configurable: true })
    }
    return names
  }

  const deliver = (value) => {
    let json
    try {
      json = stringify(value) ?? 'null'
    } catch (error) {
      return finish('failed', describeError(error))
    }
    if (json.length > result_bytes) finish('result_too_large', '')
    else finish('value', json)
  }

  const start = (run, values, links) => {
    const fail = (error) => finish('failed', describeError(error))
    if (typeof run !== 'function') return finish('failed', 'The code has no function run(ctx).')
    let result
    try {
      result = run(readNames(values, links))
      // A promise of the author's own, or anything with a `then`.
      if (typeof result === 'object' && result !== null && typeof result.then === 'function') {
        result = new RealPromise((resolve) => resolve(result))
        apply(then, result, [deliver, fail])
        return
      }
    } catch (error) {
      return fail(error)
    }
    deliver(result)
  }

  globalThis.begin = (sayIt, finishIt, given) => {
    delete globalThis.begin
    say = sayIt
    finish = finishIt
    const job = parse(given)
    ;({ at_ms, result_bytes } = job)
    log_left = job.log_bytes
    Math.random = createRandom(job.seed)
    return start
  }
}
