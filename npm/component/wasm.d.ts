/** What a bundler makes of the component: its bytes, or its address. */
declare const component: any;
export default component;
