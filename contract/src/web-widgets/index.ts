// Web widgets: all of their operations.
export const webWidgetOperations = {}

export * from './config.ts'
export * from './contrast.ts'
export * from './objects.ts'
export * from './public.ts'
export * from './words.ts'
