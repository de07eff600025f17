struct shape {
    virtual int sides() const = 0;
};
