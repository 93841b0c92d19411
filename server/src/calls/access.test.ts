import { type Scope, scopes, scopesOfRole } from '@parley/contract'
import { describe, expect, it } from 'vitest'
import { type Access, maySeeAgent, maySeeSensitive, scopesNotHeld } from './access.ts'

function accessWith(held: readonly Scope[], agent_ids: string[] | null = null): Access {
  return {
    organization_id: 'o',
    actor: { type: 'credential', id: 'k', name: 'K' },
    scopes: new Set(held),
    agent_ids: agent_ids && new Set(agent_ids),
    conversation: null,
    limit_key: 'k',
  }
}

describe('access', () => {
  it('shows sensitive data only with its own scope', () => {
    for (const scope of scopes)
      expect(maySeeSensitive(accessWith([scope]))).toBe(scope === 'conversations:read_sensitive')
    expect(maySeeSensitive(accessWith(scopesOfRole.viewer))).toBe(false)
    expect(maySeeSensitive(accessWith(scopesOfRole.admin))).toBe(true)
  })

  it('shows every agent, or those it is narrowed to', () => {
    expect(maySeeAgent(accessWith([]), 'a')).toBe(true)
    expect(maySeeAgent(accessWith([]), null)).toBe(true)
    expect(maySeeAgent(accessWith([], ['a']), 'a')).toBe(true)
    expect(maySeeAgent(accessWith([], ['a']), 'b')).toBe(false)
    expect(maySeeAgent(accessWith([], ['a']), null)).toBe(false)
    expect(maySeeAgent(accessWith([], []), 'a')).toBe(false)
  })

  it('reports the missing scopes', () => {
    expect(scopesNotHeld(accessWith(['agents:read']), ['agents:read', 'agents:manage'])).toEqual(['agents:manage'])
    expect(scopesNotHeld(accessWith(scopes), scopes)).toEqual([])
    expect(scopesNotHeld(accessWith([]), [])).toEqual([])
  })
})
