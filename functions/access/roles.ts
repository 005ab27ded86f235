/**
 * What a caller may do.
 *
 * - customer: places orders; sees, pays and cancels its own
 * - operator: sees all orders, redrives them, gives them up, refunds them and corrects the stock
 */
export const ROLES = ['customer', 'operator'] as const;

/** A role that an API key or a bearer token carries. */
export type Role = (typeof ROLES)[number];

/** The roles of a caller by the one that its credentials carry: an operator may do what a customer may. */
export const ROLES_OF: Readonly<Record<Role, readonly Role[]>> = {
  customer: ['customer'],
  operator: ['customer', 'operator'],
};
