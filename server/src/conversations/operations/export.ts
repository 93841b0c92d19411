// Exports conversations as lines that an import takes, read while they are sent.
import type { Handler } from '../../calls/context.ts'
import { FileStream } from '../../calls/event-stream.ts'
import type { Conversations } from '../services.ts'
import { exportPieces } from '../read/export.ts'

export const exportConversations: Handler<'exportConversations', Conversations> = async (
  { store, access, room },
  filters,
) =>
  new FileStream({
    name: 'conversations.ndjson',
    media_type: 'application/x-ndjson',
    bytes: null,
    open: (gone) => exportPieces({ store, access, filters, shares: room.exports, gone }),
  })
