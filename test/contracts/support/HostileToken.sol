// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token that calls its market in the middle of a transfer when it is armed, and refuses some receivers.
contract HostileToken is ERC20 {
    /// @notice From here to `CallEnded` the logs are those of a call from within a transfer.
    event CallBegun();
    event CallEnded(bool done);

    mapping(address account => bool) public refuses;
    /// @notice Whether a call from within a transfer was ever answered.
    bool public answered;

    address private _market;
    bytes private _message;

    constructor() ERC20("Hostile", "HOST") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function arm(address market, bytes calldata message) external {
        (_market, _message) = (market, message);
    }

    function refuse(address account, bool on) external {
        refuses[account] = on;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!refuses[to], ERC20InvalidReceiver(to));
        super._update(from, to, value);
        if (_message.length == 0) return;
        emit CallBegun();
        (bool done, ) = _market.call(_message);
        emit CallEnded(done);
        if (done) answered = true;
    }
}
