/** Stands in for a development tool that the bundle must not carry. */
export default {};
