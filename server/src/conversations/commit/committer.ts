// Who commits changes of conversations.
import type { Ports } from '../../base/ports.ts'
import type { CommitAddition } from './additions.ts'

/** Who writes: this process, and what rooms add to what it commits. */
export interface Committer {
  ports: Ports
  node: { readonly id: string }
  additions: CommitAddition[]
}
