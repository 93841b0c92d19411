// What is evaluated first in each new realm for JSONata: loads it, with a time and a random source of its own, and leaves `begin`, which
// evaluates an expression.
// It shares nothing with the process but texts, numbers and the function that tells how much time was used.
/* global sources */
{
  let job = null
  let usedTime = () => 0
  const RealDate = Date
  let calls = 0
  let used_ms = 0
  /** JSONata looks at the time with each step, to end what takes too long; most looks can have the last answer. */
  const readUsed = () => (calls++ % 32 === 0 ? (used_ms = usedTime()) : used_ms)
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [job.at_ms] : given, made),
    apply: () => String(new RealDate(job.at_ms)),
    get: (target, name) => (name === 'now' ? readUsed : Reflect.get(target, name)),
  })
  const jsonata = load(sources.jsonata)

  /** sfc32. */
  function createRandom([first, second, third, fourth]) {
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

  function load(source) {
    const module = { exports: {} }
    source(module, module.exports)
    return module.exports
  }

  /** In linear time; loaded when an expression has a pattern. As JSONata uses a RegExp that is global. */
  let engine = null
  function LinearPattern(pattern) {
    engine ??= load(sources.re2js).RE2JS
    try {
      this.compiled = engine.compile(engine.translateRegExp(pattern))
    } catch (error) {
      throw { code: 'pattern', message: `The pattern is not supported: ${error.message}` }
    }
    this.lastIndex = 0
  }
  LinearPattern.prototype.exec = function (input) {
    const matcher = this.lastIndex > input.length ? null : this.compiled.matcher(input)
    if (!matcher?.find(this.lastIndex)) {
      this.lastIndex = 0
      return null
    }
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, at) => matcher.group(at) ?? undefined)
    this.lastIndex = matcher.end()
    return Object.assign(groups, { index: matcher.start() })
  }

  function readNames(values, links) {
    const names = Object.assign(Object.create(null), JSON.parse(values))
    const found = links.map(([name, ...path]) => [name, path.reduce(ownPart, names)])
    for (const [name, part] of found) if (part !== undefined) names[name] = part
    return names
  }

  function ownPart(value, key) {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? value[key] : undefined
  }

  const isCallable = (value) =>
    typeof value === 'function' || value._jsonata_function === true || value._jsonata_lambda === true

  /** JSON of a result. What shares its parts can be far longer than the memory that it takes, so that it is measured first. */
  function write(result, bounds) {
    let left = bounds.result_bytes
    const take = (count) => {
      left -= count
      if (left < 0) throw { code: 'result' }
    }
    const measure = (value, nested) => {
      take(1)
      if (nested > bounds.depth) throw { code: 'depth' }
      if (typeof value === 'string') return take(value.length)
      if (typeof value !== 'object' || value === null || isCallable(value)) return undefined
      if (Array.isArray(value)) for (const item of value) measure(item, nested + 1)
      else
        for (const key of Object.keys(value)) {
          take(key.length)
          measure(value[key], nested + 1)
        }
    }
    measure(result, 0)
    const json = JSON.stringify(result, (_, value) => (value && isCallable(value) ? null : value))
    return json === undefined ? 'null' : json
  }

  /** JSONata's messages quote values, which may be private: only their kind is told. */
  function describe(error) {
    if (typeof error !== 'object' || error === null) return { code: 'failed', message: String(error) }
    if (error instanceof RangeError) {
      return { code: /call stack/.test(error.message) ? 'depth' : 'size', message: error.message }
    }
    let message = String(error.message ?? error.code)
    const is_own = error.code === 'D3137' || error.code === 'D3141'
    for (const value of is_own ? [] : [error.value, error.value2]) {
      if (value === undefined || typeof value === 'number') continue
      const quoted = JSON.stringify(value)
      if (quoted) message = message.replaceAll(quoted, `(${value === null ? 'null' : typeof value})`)
    }
    return { code: String(error.code ?? 'failed'), message, position: error.position }
  }

  const finish = (json, error) => {
    globalThis.answer = JSON.stringify({ json, error })
  }

  async function evaluate(values) {
    const { text, links, bounds, checks_only } = job
    const options = {
      RegexEngine: LinearPattern,
      ...{ timeout: bounds.time_ms, stack: bounds.depth, sequence: bounds.sequence },
    }
    const expression = jsonata(text, options)
    if (checks_only) return null
    return write(await expression.evaluate(readNames(values, links), { eval: undefined }), bounds)
  }

  globalThis.begin = () => {
    job = JSON.parse(globalThis.job)
    calls = 0
    ;({ usedTime } = globalThis)
    delete globalThis.usedTime
    Math.random = createRandom(job.seed)
    evaluate(globalThis.values).then(
      (json) => finish(json, null),
      (error) => finish(null, describe(error)),
    )
  }
}
