/* Uses the interface of a host that it does not name. */
int api_value(void);
int api_own(void) { return 7; }
int other(void) { return 8; }

int plugin(void) { return api_value(); }
int plugin_own(void) { return api_own(); }
int plugin_other(void) { return other(); }
