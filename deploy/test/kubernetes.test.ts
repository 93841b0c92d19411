// deploy/kubernetes/: each file by the schema of Kubernetes, without a field that it does not know; and what has to hold between the files.
import { describe, expect, test } from 'vitest'
import { validate as isConfigMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'
import { validate as isDeployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'
import { validate as isJob } from 'kubernetes-models/_schemas/IoK8sApiBatchV1Job'
import { validate as isNamespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace'
import { validate as isNetworkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'
import { validate as isPodDisruptionBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'
import { validate as isSecret } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Secret'
import { validate as isService } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'
import {
  type Resource,
  after_drain_seconds,
  environmentOf,
  instructionsOf,
  lastStage,
  probes,
  read,
  resource,
  resources,
  server_memory_bytes,
  version,
} from './files.ts'

type Validate = ((value: unknown) => boolean) & { errors?: unknown }

const schemas: Record<string, Validate> = {
  'v1 Namespace': isNamespace,
  'v1 ConfigMap': isConfigMap,
  'v1 Secret': isSecret,
  'v1 Service': isService,
  'apps/v1 Deployment': isDeployment,
  'batch/v1 Job': isJob,
  'policy/v1 PodDisruptionBudget': isPodDisruptionBudget,
  'networking.k8s.io/v1 NetworkPolicy': isNetworkPolicy,
}

const kindOf = ({ apiVersion, kind }: Resource) => `${apiVersion} ${kind}`
const deployment = resource('Deployment')
const job = resource('Job')
const pods = [deployment, job].map(({ kind, spec }) => [kind, spec.template] as const)
const server = deployment['spec'].template.spec.containers[0]

/** Paths of all fields. */
function* fieldsOf(value: unknown, path = ''): Generator<string> {
  if (value === null || typeof value !== 'object') return
  for (const [key, field] of Object.entries(value)) {
    yield `${path}/${key}`
    yield* fieldsOf(field, `${path}/${key}`)
  }
}

/** A schema reads the fields that it knows. Those that nothing reads are misspelled, or in the wrong place. */
function noteReads<Value>(value: Value, read_fields: Set<string>, path = ''): Value {
  if (value === null || typeof value !== 'object') return value
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return field
      read_fields.add(`${path}/${key}`)
      return noteReads(field, read_fields, `${path}/${key}`)
    },
  })
}

function faultsOf(one: Resource): unknown {
  const validate = schemas[kindOf(one)]!
  const read_fields = new Set<string>()
  const isValid = validate(noteReads(one, read_fields))
  return {
    errors: isValid ? null : validate.errors,
    unknown: [...fieldsOf(one)].filter((path) => !read_fields.has(path)),
  }
}

describe('by the schema', () => {
  test.each(resources.map((one) => [`${kindOf(one)} ${one.metadata.name ?? ''}`, one] as const))('%s', (_name, one) => {
    expect(faultsOf(one)).toEqual({ errors: null, unknown: [] })
  })

  test('a field that is misspelled, missing or of another type would be found', () => {
    const broken = structuredClone(deployment)
    broken['spec'].replicas = 'two'
    broken['spec'].template.spec.containers[0].readinessProb = {}
    delete broken['spec'].selector
    expect(faultsOf(broken)).toMatchObject({
      errors: expect.arrayContaining([expect.objectContaining({ instancePath: '/spec/replicas' })]),
      unknown: ['/spec/template/spec/containers/0/readinessProb'],
    })
    expect(JSON.stringify(faultsOf(broken))).toContain('selector')
  })
})

describe('two servers without a gap', () => {
  test('a new one is ready before an old one stops', () => {
    expect(deployment['spec'].replicas).toBe(2)
    expect(deployment['spec'].strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    })
    const budget = resource('PodDisruptionBudget')
    expect(budget['spec'].minAvailable).toBe(1)
    expect(budget['spec'].selector).toEqual(deployment['spec'].selector)
  })

  test('one that stops still serves until nothing sends to it, and then has time for its drain', () => {
    const [program, wait] = server.lifecycle.preStop.exec.command as [string, string]
    expect(program).toBe('sleep')
    expect(Number(wait)).toBeGreaterThanOrEqual(server.readinessProbe.periodSeconds)
    const drain = Number(resource('ConfigMap')['data'].PARLEY_DRAIN_SECONDS)
    const grace = deployment['spec'].template.spec.terminationGracePeriodSeconds
    expect(grace).toBeGreaterThanOrEqual(Number(wait) + drain + after_drain_seconds)
  })

  test('probes ask paths that exist; only readiness depends on the database', () => {
    const image = environmentOf(lastStage(instructionsOf(read('Containerfile'))))
    const [port] = server.ports
    expect(String(port.containerPort)).toBe(image['PORT'])
    const { startupProbe, livenessProbe, readinessProbe } = server
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      expect(probes).toContain(httpGet.path)
      expect(httpGet.port).toBe(port.name)
    }
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual([
      '/healthz',
      '/healthz',
      '/readyz',
    ])
    expect(resource('Service')['spec'].ports[0].targetPort).toBe(port.name)
  })

  test('the service and the budget mean the servers, not the migration', () => {
    const { labels } = deployment['spec'].template.metadata
    const selector = resource('Service')['spec'].selector as Record<string, string>
    expect(labels).toMatchObject(selector)
    expect(labels).toMatchObject(deployment['spec'].selector.matchLabels)
    expect(job['spec'].template.metadata.labels).not.toMatchObject(selector)
  })

  test('has memory for itself, a conversion of a file and two crawls', () => {
    const [, gibibytes] = /^(\d+)Gi$/.exec(server.resources.limits.memory as string)!
    expect(resource('ConfigMap')['data'].PARLEY_LIMIT_CONVERSIONS).toBe('1')
    expect(Number(gibibytes) * 2 ** 30).toBeGreaterThanOrEqual(server_memory_bytes + 2 * 805_306_368)
  })
})

describe.each(pods)('%s', (_kind, { metadata, spec }) => {
  const [container] = spec.containers

  test('runs as the image’s user, without rights, on a file system that it cannot write to', () => {
    const user = Number(/USER (\d+)/.exec(read('Containerfile'))![1])
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(['/data', '/tmp'])
  })

  test('knows nothing of the cluster', () => {
    expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
  })

  test('is within the network policy, and of this version', () => {
    const { podSelector, policyTypes } = resource('NetworkPolicy')['spec']
    expect(metadata.labels).toMatchObject(podSelector.matchLabels)
    expect(policyTypes).toEqual(['Ingress', 'Egress'])
    expect(container.image).toBe(`registry.example.com/parley:${version}`)
    expect(container.envFrom).toEqual([{ configMapRef: { name: 'parley' } }, { secretRef: { name: 'parley' } }])
  })
})

describe('the network policy', () => {
  const { egress } = resource('NetworkPolicy')['spec']
  const web = egress.find(({ ports }: { ports: { port: number }[] }) => ports.some(({ port }) => port === 443))
  const [ipv4, ipv6] = web.to.map(({ ipBlock }: { ipBlock: unknown }) => ipBlock)

  test('lets nothing out to private addresses, so that no tool reaches the cluster or a cloud’s own services', () => {
    expect(ipv4.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10']),
    )
    expect(ipv6.except).toEqual(expect.arrayContaining(['fc00::/7', 'fe80::/10']))
  })
})

test('everything is in one namespace, which admits only pods without rights', () => {
  const namespace = resource('Namespace')
  expect(namespace.metadata.labels!['pod-security.kubernetes.io/enforce']).toBe('restricted')
  const others = resources.filter(({ kind }) => kind !== 'Namespace')
  expect(others.filter(({ metadata }) => metadata.namespace !== namespace.metadata.name)).toEqual([])
})

test('the migration brings the database up to date by the command, and ends', () => {
  expect(job['spec'].template.spec.containers[0].command).toEqual(['parley', 'migrate'])
  expect(job['spec'].template.spec.restartPolicy).toBe('Never')
  expect(job.metadata.name).toBeUndefined()
})
