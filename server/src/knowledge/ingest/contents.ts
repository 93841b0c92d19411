// A source gets a new content, or a new place: what then has to be built.
import type { StoredBlob } from '../../blobs/blobs.ts'
import type { TransactionStore } from '../../database/store.ts'

export interface NewContent {
  source_id: string
  blob: StoredBlob
  /** As the sender said; the bytes decide. */
  media_type: string | null
}

/**
 * In the commit that accepts it: the source's next revision, its conversion and the builds of its attachments as work. The blob is
 * kept from now on. Answers the revision.
 */
export async function addContent(_tx: TransactionStore, _content: NewContent): Promise<number> {
  throw new Error('not built')
}

export interface NewAttachment {
  dataset_id: string
  source_id: string
  chunking: { method: 'fixed_size' | 'structure_based'; chunk_size: number; chunk_overlap: number } | null
  attached_by: 'caller' | 'crawl'
}

/** Attaches, or finds the attachment that is there; builds it if it must be. In one commit with what asks for it. */
export async function attach(_tx: TransactionStore, _attachments: readonly NewAttachment[]): Promise<string[]> {
  throw new Error('not built')
}

/** Detaches, in the commit of a delete or detach: no search finds the chunks once this is committed; their rows are erased as work. */
export async function detach(_tx: TransactionStore, _dataset_source_ids: readonly string[]): Promise<void> {
  throw new Error('not built')
}
