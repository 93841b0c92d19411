// The operations of the public side by their ids.
export { enterWebWidget } from './enter.ts'
export { giveConversationFeedback, giveFeedback } from './feedback.ts'
export {
  createVisitorConversationToken,
  listVisitorConversations,
  readVisitorConversation,
  updateVisitorConversation,
} from './history.ts'
export { getPublicWebWidget } from './public-widget.ts'
export { startWebWidgetConversation } from './start.ts'
