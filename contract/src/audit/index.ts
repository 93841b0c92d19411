// The audit log: its words, its entries and its operations.
export * from './operations.ts'
export * from './words.ts'
