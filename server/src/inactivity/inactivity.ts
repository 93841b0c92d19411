// The face of inactivity: the name of the timer that every active conversation has.

/** As the triggers name it. */
export const timer_of_rules = 'conversation_timer'
