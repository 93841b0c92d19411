// The page of one conversation.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'

export const conversationRoute = createRoute({
  getParentRoute: () => shell,
  path: '/conversations/$conversation_id',
  component: lazyRouteComponent(() => import('./conversation-page.tsx'), 'ConversationPage'),
})
