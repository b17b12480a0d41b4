/** Whether a person is on call for the service at a moment; `unknown` when the schedule could not be read in time. */
export type OnCallStanding = 'yes' | 'no' | 'unknown'
