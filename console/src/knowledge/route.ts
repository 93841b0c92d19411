// The list of knowledge bases, the page of one, and the page of a source.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'
import { readDatasetSearch, readDatasetsSearch, readSourceSearch } from './knowledge-search.ts'

export const datasetsRoute = createRoute({
  getParentRoute: () => shell,
  path: '/knowledge',
  validateSearch: readDatasetsSearch,
  staticData: {
    navigation: {
      menu: 'main',
      name: 'Knowledge',
      icon: 'knowledge',
      scopes: ['sources:read', 'sources:manage', 'agents:manage'],
    },
  },
  component: lazyRouteComponent(() => import('./datasets-page.tsx'), 'DatasetsPage'),
})

export const datasetRoute = createRoute({
  getParentRoute: () => shell,
  path: '/knowledge/$dataset_id',
  validateSearch: readDatasetSearch,
  component: lazyRouteComponent(() => import('./dataset-page.tsx'), 'DatasetPage'),
})

export const sourceRoute = createRoute({
  getParentRoute: () => shell,
  path: '/knowledge/sources/$source_id',
  validateSearch: readSourceSearch,
  component: lazyRouteComponent(() => import('./source-page.tsx'), 'SourcePage'),
})
