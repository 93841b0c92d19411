// What web widgets have of an organization that is deleted.
import { type Purge, purgeBelow } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeBelow({
    parent: 'web_widgets',
    children: [
      ['web_widget_identity_keys', 'widget_id'],
      ['web_widget_blocks', 'widget_id'],
      ['web_widget_feedback', 'widget_id'],
      ['web_widget_conversations', 'widget_id'],
      ['web_widget_active', 'widget_id'],
      ['web_widget_links', 'widget_id'],
      ['web_widget_freed', 'widget_id'],
      ['web_widget_active_counts', 'widget_id'],
      ['web_widget_allowances', 'widget_id'],
      ['web_widget_deltas', 'widget_id'],
      ['web_widget_reached', 'widget_id'],
      ['web_widget_days', 'widget_id'],
    ],
  }),
]
