// The list of workflows, the page of one, the list of executions, and the page of one.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'
import { readExecutionsSearch, readWorkflowSearch, readWorkflowsSearch } from './workflow-search.ts'

export const workflowsRoute = createRoute({
  getParentRoute: () => shell,
  path: '/workflows',
  validateSearch: readWorkflowsSearch,
  staticData: {
    navigation: {
      menu: 'main',
      name: 'Workflows',
      icon: 'workflow',
      scopes: ['workflows:read', 'workflows:manage'],
    },
  },
  component: lazyRouteComponent(() => import('./list/workflows-page.tsx'), 'WorkflowsPage'),
})

export const workflowRoute = createRoute({
  getParentRoute: () => shell,
  path: '/workflows/$workflow_id',
  validateSearch: readWorkflowSearch,
  component: lazyRouteComponent(() => import('./workflow-page.tsx'), 'WorkflowPage'),
})

export const executionsRoute = createRoute({
  getParentRoute: () => shell,
  path: '/workflows/executions',
  validateSearch: readExecutionsSearch,
  component: lazyRouteComponent(() => import('./executions/executions-page.tsx'), 'ExecutionsPage'),
})

export const executionRoute = createRoute({
  getParentRoute: () => shell,
  path: '/workflows/executions/$execution_id',
  component: lazyRouteComponent(() => import('./run/execution-page.tsx'), 'ExecutionPage'),
})
