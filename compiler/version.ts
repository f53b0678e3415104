/** The version that generated files carry in their header; held equal to package.json by a test. */
export const version = '0.1.0';
