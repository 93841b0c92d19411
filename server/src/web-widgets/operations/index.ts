// The handlers of all operations on web widgets.
export * from './blocks.ts'
export * from './identity-keys.ts'
export * from './pages.ts'
export * from './visitors.ts'
export * from './widgets.ts'
