// Exports conversations as lines that an import takes, read while they are sent.
import type { Handler } from '../../calls/context.ts'
import { FileStream } from '../../calls/event-stream.ts'
import type { Conversations } from '../services.ts'
import { exportPages } from '../read/export.ts'

export const exportConversations: Handler<'exportConversations', Conversations> = ({ store, access }, filters) =>
  Promise.resolve(
    new FileStream({
      name: 'conversations.ndjson',
      media_type: 'application/x-ndjson',
      bytes: null,
      open: (gone) => exportPages({ store, access, filters, gone }),
    }),
  )
