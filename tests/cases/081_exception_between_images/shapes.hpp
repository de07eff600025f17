struct shape {
    virtual ~shape();
    virtual int sides() const = 0;
};

struct square : shape {
    int sides() const override;
};

struct circle : shape {
    int sides() const override;
};

struct bad_shape {
    virtual ~bad_shape();
    int code;
};

shape *make(int sides);
