// The launcher's decisions: which user runs PostgreSQL, what an account can reach, how clients reach the socket.
import { describe, expect, test } from 'vitest'
import {
  canExecute,
  canSearch,
  chooseAccount,
  chooseSocketRoute,
  connectionString,
  judgeCluster,
  parseAccounts,
  parsePostmasterFile,
  parseUnfinishedName,
} from '../src/placement.ts'
import { serverArguments, sharedBuffers } from '../src/settings.ts'

const alice = { name: 'alice', uid: 1000, gid: 1000 }
const nobody = { name: 'nobody', uid: 65534, gid: 65534 }
const postgres = { name: 'postgres', uid: 101, gid: 104 }
const parley = { name: 'parley', uid: 900, gid: 900 }
const root_folder = { uid: 0, gid: 0 }

describe('chooseAccount', () => {
  const facts = {
    effective_uid: 0,
    cluster_owner: null,
    folder_owner: root_folder,
    accounts: [nobody, postgres, parley, alice],
  }

  test.each([
    ['an ordinary user, new data', { effective_uid: 1000 }, { kind: 'self' }],
    ['an ordinary user, own data', { effective_uid: 1000, cluster_owner: alice }, { kind: 'self' }],
    ['data of another user', { effective_uid: 1001, cluster_owner: alice }, { kind: 'belongs_to_another', uid: 1000 }],
    ['data of root', { effective_uid: 1000, cluster_owner: root_folder }, { kind: 'belongs_to_another', uid: 0 }],
    ['root, data of alice', { cluster_owner: alice, folder_owner: nobody }, { kind: 'account', account: alice }],
    ['root, folder of alice', { folder_owner: alice }, { kind: 'account', account: alice }],
    ['root, everything owned by root', {}, { kind: 'account', account: parley }],
    ['root, no user parley', { accounts: [nobody, postgres] }, { kind: 'account', account: postgres }],
    ['root, only nobody', { accounts: [nobody] }, { kind: 'account', account: nobody }],
    [
      'root, folder of a stranger',
      { folder_owner: { uid: 7, gid: 7 }, accounts: [nobody] },
      { kind: 'account', account: nobody },
    ],
    [
      'root, a copy made by root',
      { cluster_owner: root_folder, accounts: [nobody] },
      { kind: 'account', account: nobody },
    ],
    ['root alone', { accounts: [{ name: 'root', uid: 0, gid: 0 }] }, { kind: 'no_account' }],
  ])('%s', (_title, changed, choice) => {
    expect(chooseAccount({ ...facts, ...changed })).toEqual(choice)
  })

  test('data of a user without a name keeps its owner', () => {
    const cluster_owner = { uid: 54_321, gid: 1 }
    expect(chooseAccount({ ...facts, cluster_owner })).toEqual({
      kind: 'account',
      account: { name: '54321', uid: 54_321, gid: 1 },
    })
  })
})

describe('reach', () => {
  const folder = (mode: number, owner = root_folder) => ({ path: '/x', mode, uid: owner.uid, gid: owner.gid })

  test.each([
    ['others can pass', folder(0o40711), true],
    ['only root', folder(0o40700), false],
    ['others can list but not pass', folder(0o40744), false],
    ['own folder', folder(0o40700, alice), true],
    ['own folder, closed to its owner', folder(0o40011, alice), false],
    ['folder of the group', folder(0o40710, { uid: 0, gid: 1000 }), true],
    ['folder closed to the group', folder(0o40701, { uid: 0, gid: 1000 }), false],
  ])('%s', (_title, entry, reached) => {
    expect(canSearch([folder(0o40755), entry], alice)).toBe(reached)
  })

  test('a program must be readable and executable', () => {
    expect(canExecute(folder(0o100755), alice)).toBe(true)
    expect(canExecute(folder(0o100744), alice)).toBe(false)
  })
})

test('judgeCluster recognizes what a folder contains', () => {
  expect(judgeCluster(null, null, '18')).toEqual({ kind: 'absent' })
  expect(judgeCluster([], null, '18')).toEqual({ kind: 'absent' })
  expect(judgeCluster(['PG_VERSION'], '18\n', '18')).toEqual({ kind: 'present' })
  expect(judgeCluster(['PG_VERSION'], '9.6\n', '18')).toEqual({ kind: 'other_version', version: '9.6' })
  expect(judgeCluster(['letter.txt'], null, '18')).toEqual({ kind: 'not_a_cluster' })
})

describe('chooseSocketRoute', () => {
  const edge = `/${'x'.repeat(103 - 1 - '/.s.PGSQL.5432'.length)}`

  test('is direct up to the limit of a socket address', () => {
    expect(chooseSocketRoute(edge, ['/tmp'], 7)).toEqual({ kind: 'direct', host: edge })
  })

  test('uses a link beyond it, and counts bytes', () => {
    expect(chooseSocketRoute(`${edge}x`, ['/tmp'], 7)).toMatchObject({ kind: 'link', folder: '/tmp/parley-7' })
    expect(chooseSocketRoute(edge.replace('x', 'ü'), ['/tmp'], 7)).toMatchObject({ kind: 'link' })
  })

  test('skips a temporary folder whose path is too long', () => {
    expect(chooseSocketRoute(`${edge}x`, [edge, '/tmp'], 7)).toMatchObject({ folder: '/tmp/parley-7' })
    expect(chooseSocketRoute(`${edge}x`, [edge], 7)).toEqual({ kind: 'none' })
  })

  test('gives each cluster its own link', () => {
    expect(chooseSocketRoute(`${edge}a`, ['/tmp'], 7)).not.toEqual(chooseSocketRoute(`${edge}b`, ['/tmp'], 7))
  })
})

test('connectionString escapes special characters in a path', () => {
  expect(connectionString('/a b/ü&x?', 'parley', 'db')).toBe(
    'postgresql://parley@/db?host=%2Fa%20b%2F%C3%BC%26x%3F&port=5432&sslmode=disable',
  )
})

test('the file parsers accept valid lines only', () => {
  expect(parseAccounts('root:x:0:0:root:/root:/bin/sh\n\nbroken\nnobody:*:-2:-2::/:/x\na:x:5:6:::\n')).toEqual([
    { name: 'root', uid: 0, gid: 0 },
    { name: 'a', uid: 5, gid: 6 },
  ])
  const running = '4241\n/data\n1795571748\n5432\n.\n\n 11183366        28\nready   \n'
  expect(parsePostmasterFile(running)).toEqual({ pid: 4241, is_ready: true })
  expect(parsePostmasterFile('-12\n/data\n')).toEqual({ pid: 12, is_ready: false })
  expect(parsePostmasterFile('')).toBeNull()
  expect(parseUnfinishedName('cluster.new-77-ab12')).toBe(77)
  expect(parseUnfinishedName('cluster')).toBeNull()
})

test('PostgreSQL keeps an eighth of the memory, from 128 to 512 MB; a temporary one as little as possible', () => {
  const gibibyte = 2 ** 30
  const kept = [0.5, 1, 2, 3, 4, 64].map((size) => sharedBuffers(size * gibibyte))
  expect(kept).toEqual(['128MB', '128MB', '256MB', '384MB', '512MB', '512MB'])
  expect(serverArguments('cluster', true, 2 * gibibyte)).toContain('shared_buffers=256MB')
  expect(serverArguments('cluster', false, 64 * gibibyte)).toContain('shared_buffers=128MB')
})
