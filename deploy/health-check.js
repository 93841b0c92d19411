// Asks the server of this container whether it lives, or by `node deploy/health-check.js /readyz` whether it serves. Exit code 0 or 1.
const [path = '/healthz'] = process.argv.slice(2)
const port = process.env['PORT'] || '8080'

try {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(4000) })
  if (!answer.ok) process.stderr.write(`${path} answered ${answer.status}\n`)
  process.exitCode = answer.ok ? 0 : 1
} catch (error) {
  process.stderr.write(`${path} did not answer: ${error.message}\n`)
  process.exitCode = 1
}
