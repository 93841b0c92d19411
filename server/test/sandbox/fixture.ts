// A sandbox as a server has it, and short ways to ask it.
import { systemPorts } from '../../src/base/ports.ts'
import type { CodeWork, ExpressionWork, Names, Outcome } from '../../src/sandbox/sandbox.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import type { SandboxLimits } from '../../src/sandbox/settings.ts'

export const limits: SandboxLimits = {
  ...{ processes: 2, memory_bytes: 256 * 2 ** 20, max_evaluations: 1000 },
  ...{ expression_ms: 250, visit_ms: 2000, result_bytes: 2 ** 20, log_bytes: 16_384 },
}

export const names: Names = {
  values: {
    ctx: { first: { numbers: [1, 2, 3], text: 'one' }, long: `${'a'.repeat(30_000)}!` },
    input: { x: 5, first: 'hidden' },
  },
  links: [
    ['x', 'input', 'x'],
    ['first', 'ctx', 'first'],
    ['long', 'ctx', 'long'],
    ['__proto__', 'ctx', 'first'],
    ['missing', 'input', 'y'],
  ],
}

const surroundings = { owner: 'one', names, at_ms: Date.UTC(2030, 0, 2, 3, 4, 5), seed: 'a visit' }

export function openSandbox(changed: Partial<SandboxLimits> = {}) {
  const sandbox = createSandbox(systemPorts.clock, { ...limits, ...changed })
  const signal = new AbortController().signal
  const evaluateAll = (texts: readonly string[], more: Partial<ExpressionWork & { seed: string }> = {}) => {
    const { seed, ...rest } = { ...surroundings, signal, ...more }
    return sandbox.evaluate({ ...rest, expressions: texts.map((text) => ({ text, seed })) })
  }
  return {
    sandbox,
    evaluateAll,
    evaluate: async (text: string, more: Partial<ExpressionWork & { seed: string }> = {}): Promise<Outcome> =>
      (await evaluateAll([text], more))[0]!,
    run: (code: string, more: Partial<CodeWork> = {}) =>
      sandbox.run({ ...surroundings, signal, code, time_ms: 2000, ...more }),
    check: (texts: readonly { language: 'jsonata' | 'javascript'; text: string }[]) =>
      sandbox.check({ owner: 'one', texts, signal }),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
