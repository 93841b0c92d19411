// Reads the text of a source.
import type { Session } from '../../session/session.ts'

export async function readSourceText(_session: Session, _source_id: string, _signal: AbortSignal): Promise<string> {
  throw new Error('not built')
}
