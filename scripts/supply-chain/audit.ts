// What an audit of the dependencies has found, from the answer of `npm audit --json`. Pure.

export type Audit =
  | { outcome: 'judged'; findings: Finding[]; failing: Finding[] }
  /** The registry was asked and has no such service, or cannot be reached. */
  | { outcome: 'not carried out'; reason: string }
  /** npm could not ask: that is ours to put right. */
  | { outcome: 'failed'; reason: string }

export interface Finding {
  name: string
  severity: string
  title: string
}

const failing_severities = ['high', 'critical']

/** Of npm, for a registry that does not answer. */
const unreachable = [
  'ENOAUDIT',
  'ENOTFOUND',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_SOCKET_TIMEOUT',
]

interface Report {
  vulnerabilities?: Record<string, { severity: string; via: (string | { title?: string })[] }>
  /** What the registry's answer was, if it was no report. */
  message?: string
  error?: { summary?: string; code?: string }
}

/** `text`: what the command has printed, whatever its exit code. */
export function readAudit(text: string): Audit {
  const report = parse(text)
  if (report === null) return { outcome: 'failed', reason: 'npm audit printed no report' }
  const { vulnerabilities, message, error = {} } = report
  if (vulnerabilities === undefined) {
    const isOfRegistry = message !== undefined || unreachable.includes(error.code ?? '')
    const reason = message || error.summary || error.code || 'npm audit gave no reason'
    return { outcome: isOfRegistry ? 'not carried out' : 'failed', reason }
  }
  const findings = Object.entries(vulnerabilities).map(([name, { severity, via }]) => ({
    name,
    severity,
    title: via.map((cause) => (typeof cause === 'string' ? `by ${cause}` : (cause.title ?? ''))).join('; '),
  }))
  return { outcome: 'judged', findings, failing: findings.filter(({ severity }) => isFailing(severity)) }
}

const isFailing = (severity: string) => failing_severities.includes(severity)

function parse(text: string): Report | null {
  try {
    const report: unknown = JSON.parse(text)
    return typeof report === 'object' ? (report as Report | null) : null
  } catch {
    return null
  }
}
