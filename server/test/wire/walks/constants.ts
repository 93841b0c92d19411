// What several walks send: it is the same in every run, and stands in the recordings as it is.

/** Nothing has it. */
export const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'
export const password = 'correct horse battery'
