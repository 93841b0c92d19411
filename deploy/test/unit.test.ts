// deploy/parley.service: how it starts, how it stops, and what it takes away from the process. `npm run test:deploy` asks systemd itself.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../server/src/settings.ts'
import { after_drain_seconds, read, root, unitOf } from './files.ts'

const unit = unitOf(read('parley.service'))
const one = (key: string) => {
  expect([key, unit[key]?.length]).toEqual([key, 1])
  return unit[key]![0]!
}

test('starts what is installed, with the Node that is installed', () => {
  const folder = one('WorkingDirectory')
  const [program = '', file = ''] = one('ExecStart').split(' ')
  expect(program).toBe(`${folder}/node_modules/.bin/node`)
  expect(existsSync(join(root, file))).toBe(true)
})

test('stops Parley before its PostgreSQL, with time for its drain', () => {
  expect(one('KillMode')).toBe('mixed')
  const [, drain] = /PARLEY_DRAIN_SECONDS=(\d+)/.exec(one('Environment'))!
  expect(Number(one('TimeoutStopSec'))).toBeGreaterThanOrEqual(Number(drain) + after_drain_seconds)
})

test('starts it again however it ended, but not with settings that are wrong', () => {
  expect([one('Restart'), one('RestartPreventExitStatus'), one('StartLimitIntervalSec')]).toEqual(['always', '2', '0'])
  expect(one('OOMPolicy')).toBe('continue')
})

test('keeps data where the settings say', () => {
  expect(one('Environment')).toContain(`PARLEY_DATA_DIR=/var/lib/${one('StateDirectory')}`)
  expect([one('StateDirectoryMode'), one('UMask')]).toEqual(['0700', '0077'])
})

test('has files for as many connections as a server takes', () => {
  expect(Number(one('LimitNOFILE'))).toBeGreaterThan(2 * readConfig({}).limits.connections)
})

test.each([
  ['User', 'parley'],
  ['Group', 'parley'],
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', ''],
  ['AmbientCapabilities', ''],
  ['ProtectSystem', 'strict'],
  ['ProtectHome', 'yes'],
  ['ProtectProc', 'invisible'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['ProtectClock', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['LockPersonality', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['RemoveIPC', 'yes'],
  ['KeyringMode', 'private'],
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
  ['RestrictNamespaces', 'user net'],
  ['SystemCallArchitectures', 'native'],
])('takes away what is not needed: %s=%s', (key, value) => {
  expect(one(key)).toBe(value)
})

test('allows the calls of an ordinary service, without those of an administrator', () => {
  expect(unit['SystemCallFilter']).toEqual(['@system-service', '~@privileged @keyring @aio'])
})

test('lets JavaScript be compiled', () => {
  expect(unit['MemoryDenyWriteExecute']).toBeUndefined()
})
