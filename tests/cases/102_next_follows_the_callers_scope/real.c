int work(int n) { return n * 2; }
