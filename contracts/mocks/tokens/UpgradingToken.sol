// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestStablecoin} from "../TestStablecoin.sol";

/// @title UpgradingToken
/// @notice Ordinary until its issuer upgrades it; from then on it burns a hundredth of each transfer.
contract UpgradingToken is TestStablecoin {
    bool private upgraded;

    function upgrade() external {
        upgraded = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        bool transfers = from != address(0) && to != address(0);
        uint256 fee = upgraded && transfers ? value / 100 : 0;
        if (fee != 0) super._update(from, address(0), fee);
        super._update(from, to, value - fee);
    }
}
