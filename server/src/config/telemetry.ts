// The settings for traces and metrics that are sent to a collector. Their names are OpenTelemetry's own, except for the hosts.
import type { Reader, Setting, SettingsGroup } from './reader.ts'

export interface TelemetryConfig {
  /** Undefined: nothing is sent. Without a slash at its end. */
  otlp_endpoint: string | undefined
  otlp_headers: Readonly<Record<string, string>>
  service_name: string
  captures_content: boolean
  /** Hosts, or `host:port`, that are told of the trace. */
  trace_hosts: string[]
}

/** `host`, or `host:port`. */
const is_host = /^(\[[\da-f:.]+\]|[^\s/?#@:[\]\\]+)(:\d{1,5})?$/

const settings: readonly Setting[] = [
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: 'none',
    meaning:
      'Collector of OpenTelemetry that gets traces and metrics, as OTLP over HTTP in JSON, such as `http://localhost:4318`. `/v1/traces` and `/v1/metrics` are added.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    default: 'none',
    meaning: 'Headers for it, as `name=value,name=value`, the values percent-encoded.',
    secret: true,
  },
  { name: 'OTEL_SERVICE_NAME', default: '`parley`', meaning: 'The name under which it shows the server.' },
  {
    name: 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
    default: '`false`',
    meaning:
      '`true`: spans of model calls and tools hold what was said, without secrets and without what the agent redacts.',
  },
  {
    name: 'PARLEY_TRACE_HOSTS',
    default: 'none',
    meaning:
      'Comma-separated host names to which requests carry the header `traceparent`, so that their spans join the trace. `host:port` names only that port.',
  },
]

export const telemetrySettings: SettingsGroup<TelemetryConfig> = {
  settings,
  read: (read) => ({
    otlp_endpoint: read
      .url('OTEL_EXPORTER_OTLP_ENDPOINT', /^https?:\/\/./, 'http://localhost:4318')
      ?.replace(/\/+$/, ''),
    otlp_headers: readHeaders(read),
    service_name: read.text('OTEL_SERVICE_NAME') ?? 'parley',
    captures_content: readCapture(read),
    trace_hosts: readHosts(read),
  }),
}

function readHeaders(read: Reader): Record<string, string> {
  const name = 'OTEL_EXPORTER_OTLP_HEADERS'
  const entries = (read.text(name) ?? '').split(',').filter((part) => part.trim() !== '')
  try {
    return Object.fromEntries(
      entries.map((entry) => {
        const [, header, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/.exec(entry)!
        return [header!, decodeURIComponent(value!.trim())]
      }),
    )
  } catch {
    read.fault(`${name} must look like name=value,name=value, with percent-encoded values`)
    return {}
  }
}

function readHosts(read: Reader): string[] {
  const hosts = read.list('PARLEY_TRACE_HOSTS')
  for (const host of hosts) {
    if (!is_host.test(host)) read.fault(`PARLEY_TRACE_HOSTS must be a list of host names, not "${host}"`)
  }
  return hosts
}

function readCapture(read: Reader): boolean {
  const name = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'
  const value = (read.text(name) ?? 'false').toLowerCase()
  if (value !== 'true' && value !== 'false') read.fault(`${name} must be true or false`)
  return value === 'true'
}
