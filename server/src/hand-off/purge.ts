// What hand-off has of an organization that is deleted.
import { type Purge, purgeBelow, purgeTable } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeTable('conversation_ratings'),
  purgeTable('conversation_notes'),
  purgeTable('conversation_presence'),
  purgeTable('handling_facts'),
  purgeTable('people'),
  purgeTable('canned_replies'),
  purgeBelow({ parent: 'teams', children: [['team_members', 'team_id']] }),
]
