// The state of a version. Pure.
import type { AgentDetail } from '../document.ts'
import { findLive } from '../use-agent.ts'

export type VersionState = 'live' | 'past' | 'draft' | 'behind'

type Version = AgentDetail['versions'][number]

/** A draft below the published version is never used, even if published, because the highest number is used. */
export function stateOf(
  version: Pick<Version, 'version' | 'published'>,
  agent: Pick<AgentDetail, 'versions'>,
): VersionState {
  const live = findLive(agent)
  if (version.published) return version.version === live?.version ? 'live' : 'past'
  return live && live.version > version.version ? 'behind' : 'draft'
}
