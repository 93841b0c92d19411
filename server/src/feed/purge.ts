// What the feed has of an organization that is deleted.
import { type Purge, purgeTable } from '../database/purge.ts'

export const purges: readonly Purge[] = [purgeTable('conversation_changes'), purgeTable('conversation_feeds')]
