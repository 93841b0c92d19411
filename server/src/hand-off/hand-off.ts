// The face of hand-off: the rating of a conversation, which the feedback of a web widget also gives, and what drafts may look up.
export type { Drafts, LookUpForDraft } from './assist/look-up.ts'
export { refuseRating } from './rules/rating.ts'
export { insertRating } from './satisfaction/rows.ts'
